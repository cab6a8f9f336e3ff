#!/bin/sh
# A host with one interface to the world, in the manner of the "simple" firewall of rc.firewall.

fwcmd="/sbin/ipfw -q"
oif="en0"
oip="203.0.113.10"
inet="192.168.1.0/24"
services="22,80"

${fwcmd} -f flush

# Loopback, and nobody else with its addresses.
${fwcmd} add 100 pass all from any to any via lo0
${fwcmd} add 200 deny all from any to 127.0.0.0/8
${fwcmd} add 300 deny ip from 127.0.0.0/8 to any

${fwcmd} add deny all from ${inet} to any in via $oif
${fwcmd} add deny all from any to 10.0.0.0/8 via ${oif}
${fwcmd} add deny all from any to 172.16.0.0/12 via ${oif}
${fwcmd} add deny all from any to 192.168.0.0/16 via ${oif}; ${fwcmd} add deny all from any to 224.0.0.0/4 via ${oif}

${fwcmd} add pass tcp from any to any established
${fwcmd} add pass all from any to any frag
${fwcmd} add pass tcp from any to "${oip}" ${services} \
    setup > /dev/null 2>&1
${fwcmd} add pass tcp from any to ${oip} 53 setup
${fwcmd} add pass udp from any to ${oip} 53
${fwcmd} add pass udp from ${oip} 53 to any

${fwcmd} add deny log tcp from any to any in via ${oif} setup
${fwcmd} add pass tcp from any to any setup
${fwcmd} add pass udp from ${oip} to any 53
${fwcmd} add pass udp from any 53 to ${oip}
${fwcmd} add pass udp from ${oip} to any 123
${fwcmd} add 65000 reject icmp from any to any icmptypes 8

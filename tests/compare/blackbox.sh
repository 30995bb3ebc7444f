insmod blackbox.ko
cat /sys/kernel/debug/blackbox/samples; cat /sys/kernel/debug/blackbox/sorted; cat /sys/kernel/debug/blackbox/sum
for n in 17 3 0x20 4000000000; do echo $n > /sys/kernel/debug/blackbox/sample; done; for f in sample samples sorted sum; do cat /sys/kernel/debug/blackbox/$f; done
echo 3 > /sys/kernel/debug/blackbox/find; echo 4 > /sys/kernel/debug/blackbox/find
echo many > /sys/kernel/debug/blackbox/sample
echo 4294967296 > /sys/kernel/debug/blackbox/sample
echo -1 > /sys/kernel/debug/blackbox/find
cat /sys/kernel/blackbox/raw | hexdump -C
printf 'abcdefgh' > /sys/kernel/blackbox/raw; cat /sys/kernel/debug/blackbox/samples
echo -n abc > /sys/kernel/blackbox/raw
i=0; while [ $i -lt 20 ]; do echo $((i * 7 % 11)) > /sys/kernel/debug/blackbox/sample; i=$((i + 1)); done; for f in sample samples sorted sum; do cat /sys/kernel/debug/blackbox/$f; done
wc -c < /sys/kernel/blackbox/raw
rmmod blackbox; ls /sys/kernel/debug/blackbox

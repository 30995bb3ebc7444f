# log: scull
insmod scull.ko quantum=16 qset=4
ls /sys/class/scull
echo hello > /dev/scull0
cat /dev/scull0
cat /dev/scull0
echo 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789 > /dev/scull0
cat /dev/scull0
cat /proc/scullmem
echo more >> /dev/scull0
wc -c < /dev/scull0
echo short > /dev/scull0
cat /dev/scull0 /dev/scull1
cat /proc/scullmem
: > /dev/scull0
cat /proc/scullmem
echo one > /dev/scullpipe; echo two > /dev/scullpipe
head -n 1 /dev/scullpipe
grep -c scull /proc/devices
cat /sys/module/scull/refcnt
rmmod scull
ls /dev/scull0
insmod scull.ko quantum=0
insmod scull.ko qset=x

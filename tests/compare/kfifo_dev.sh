# log: kfifo_dev|misc
insmod kfifo_dev.ko
cat /dev/kfifo_dev
echo one > /dev/kfifo_dev; echo two > /dev/kfifo_dev
cat /dev/kfifo_dev
cat /dev/kfifo_dev
echo 0123456789012345678901234567890 > /dev/kfifo_dev
echo x > /dev/kfifo_dev
head -n 1 /dev/kfifo_dev
cat /dev/kfifo_dev
ls /sys/class/misc/kfifo_dev/dev
grep -c kfifo_dev /proc/misc
rmmod kfifo_dev
ls /dev/kfifo_dev

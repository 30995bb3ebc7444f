insmod chardev.ko
cat /dev/chardev
cat /dev/chardev
echo hi > /dev/chardev
cat /dev/chardev < /dev/chardev
head -c 5 /dev/chardev; echo
rmmod chardev

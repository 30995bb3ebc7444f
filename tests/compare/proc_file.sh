insmod proc_file.ko
cat /proc/shopping
echo milk > /proc/shopping
echo brown bread > /proc/shopping
cat /proc/shopping
head -n 1 /proc/shopping
echo > /proc/shopping
cat /proc/shopping
echo 123456789 123456789 123456789 123456789 123456789 123456789 123456789 123456789 1 > /proc/shopping
rmmod proc_file
ls /proc/shopping

insmod params.ko name=sun list=1,2,3 count=7
cat /sys/module/params/parameters/list
echo 9 > /sys/module/params/parameters/count
cat /sys/module/params/parameters/count
echo many > /sys/module/params/parameters/count
cat /sys/module/params/parameters/count
rmmod params
insmod params.ko level=10
insmod params.ko count=x
insmod params.ko nonesuch=1
rmmod params

insmod kset_objects.ko
ls /sys/kernel/kset_objects
ls /sys/kernel/kset_objects/pear
cat /sys/kernel/kset_objects/pear/weight /sys/kernel/kset_objects/pear/name
echo 0x10 > /sys/kernel/kset_objects/pear/weight
cat /sys/kernel/kset_objects/pear/weight /sys/kernel/kset_objects/plum/weight
echo x > /sys/kernel/kset_objects/pear/weight
echo x > /sys/kernel/kset_objects/pear/name
rmmod kset_objects

# log: notifiers|hello
insmod notifiers.ko
insmod hello.ko
rmmod hello
rmmod notifiers

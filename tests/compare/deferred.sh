insmod deferred.ko
rmmod deferred

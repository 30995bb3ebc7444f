insmod phonebook.ko
cat /proc/phonebook
echo add anna 123 > /proc/phonebook
echo add bert 0 > /proc/phonebook
echo add anna 124 > /proc/phonebook
echo add > /proc/phonebook
echo add carl x > /proc/phonebook
echo put carl 1 > /proc/phonebook
sort /proc/phonebook
echo del anna > /proc/phonebook
echo del anna > /proc/phonebook
cat /proc/phonebook
rmmod phonebook

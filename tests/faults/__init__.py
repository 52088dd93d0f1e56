"""The fault suite: every case of the table, injected into real servers, processes and disks."""

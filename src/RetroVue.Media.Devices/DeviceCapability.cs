namespace RetroVue.Media.Devices;

/// <summary>One of the ways in which a device can be used: an <see cref="AudioCapability"/> or a <see cref="VideoCapability"/>.</summary>
public abstract record DeviceCapability;

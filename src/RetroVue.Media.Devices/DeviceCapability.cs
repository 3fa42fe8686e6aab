namespace RetroVue.Media.Devices;

/// <summary>A capability of a device: an <see cref="AudioCapability"/> or a <see cref="VideoCapability"/>.</summary>
public abstract record DeviceCapability;

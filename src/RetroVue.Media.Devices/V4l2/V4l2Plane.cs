namespace RetroVue.Media.Devices.V4l2;

/// <summary>Where a plane lies in a driver's buffer, in bytes.</summary>
internal readonly record struct V4l2Plane(int Offset, int Length, int Stride);

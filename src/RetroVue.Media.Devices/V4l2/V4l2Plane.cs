namespace RetroVue.Media.Devices.V4l2;

/// <summary>Where a picture's plane lies in a driver's buffer.</summary>
/// <param name="Part">In which of the buffer's memories, from zero.</param>
/// <param name="Offset">Bytes from the beginning of the data in that.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Stride">Bytes from line to line.</param>
internal readonly record struct V4l2Plane(int Part, int Offset, int Length, int Stride);

namespace RetroVue.Media.Devices.V4l2;

/// <summary>The position of a picture's plane in a driver's buffer.</summary>
/// <param name="Part">The number of its memory in the buffer, from zero.</param>
/// <param name="Offset">Bytes from the beginning of that memory's data.</param>
/// <param name="Length">The number of bytes.</param>
/// <param name="Stride">Bytes from line to line.</param>
internal readonly record struct V4l2Plane(int Part, int Offset, int Length, int Stride);

using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// An open sound device with its format set. There is one member for each alsa-lib call while it runs. Results are alsa-lib's own: a number
/// or zero, or a negated errno value; the caller decides whether it is an error.
/// </summary>
/// <remarks>For one thread at a time. Tests implement it with a simulated device, or with one whose calls fail.</remarks>
internal interface IPcm : IDisposable
{
    /// <summary>The parameters that were agreed on when it was opened.</summary>
    PcmSetup Setup { get; }

    /// <summary>Prepares the device for a start, with an empty buffer and counts of zero.</summary>
    int Prepare();

    int Start();

    /// <summary>Stops at once and drops the content of the buffer.</summary>
    int Drop();

    /// <summary>Lets the buffer play to its end; does not wait for that.</summary>
    int Drain();

    /// <summary>Continues after a suspend; -EAGAIN while the driver is not ready, -ENOSYS if it cannot.</summary>
    int Resume();

    /// <summary>Reads the device's position and its time.</summary>
    int GetStatus(out PcmStatus status);

    /// <summary>
    /// Returns the device's position at its last interrupt or status call, and the time of that. It is very cheap, because the kernel
    /// provides it in shared memory, without a call to the device. Count and time are not read atomically; see
    /// <see cref="AlsaDevice.TryGetInterrupt"/>.
    /// </summary>
    /// <param name="available">The number of frames that can be read, or for which there was room.</param>
    /// <param name="time">CLOCK_MONOTONIC; zero if not known.</param>
    int GetStamp(out long available, out ClockTime time);

    /// <summary>Reads available frames; never waits.</summary>
    /// <returns>The number of frames read, or a negated errno value.</returns>
    long Read(Span<byte> frames);

    /// <summary>Writes frames for which there is room; never waits.</summary>
    /// <returns>The number of frames written, or a negated errno value.</returns>
    long Write(ReadOnlySpan<byte> frames);
}

using RetroVue.Media.Time;

namespace RetroVue.Media.Devices.Alsa;

/// <summary>
/// An open sound device with its format set, one member for each call that is made of it while it runs. Results are alsa-lib's own: a
/// count or zero, or an errno value negated; who calls decides what is an error.
/// </summary>
/// <remarks>For one thread at a time. The seam at which tests put a simulated device, or one whose calls fail.</remarks>
internal interface IPcm : IDisposable
{
    /// <summary>What was agreed on when it was opened.</summary>
    PcmSetup Setup { get; }

    /// <summary>Makes it ready to start, with an empty buffer and its counts at zero.</summary>
    int Prepare();

    int Start();

    /// <summary>Stops at once and forgets what is in the buffer.</summary>
    int Drop();

    /// <summary>Lets the buffer play out; does not wait for it.</summary>
    int Drain();

    /// <summary>Goes on after a suspend; -EAGAIN while the driver is not ready, -ENOSYS where it cannot.</summary>
    int Resume();

    /// <summary>Asks the device where it is, and at what time.</summary>
    int GetStatus(out PcmStatus status);

    /// <summary>
    /// Where the device was at its last interrupt or when it was last asked, and when that was. Costs next to nothing, for the device is not
    /// asked: the kernel shows it in shared memory. Count and time are not read as one; see <see cref="AlsaDevice.TryGetInterrupt"/>.
    /// </summary>
    /// <param name="available">Frames that can be read, or for which there was room.</param>
    /// <param name="time">CLOCK_MONOTONIC; zero if not told.</param>
    int GetStamp(out long available, out ClockTime time);

    /// <summary>Reads frames that are there; never waits.</summary>
    /// <returns>Frames read, or a negated errno value.</returns>
    long Read(Span<byte> frames);

    /// <summary>Writes frames for which there is room; never waits.</summary>
    /// <returns>Frames written, or a negated errno value.</returns>
    long Write(ReadOnlySpan<byte> frames);
}

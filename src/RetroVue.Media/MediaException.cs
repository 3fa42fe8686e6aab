namespace RetroVue.Media;

/// <summary>
/// An error of media, or of the code that makes and moves it. All exceptions that these libraries define derive from it; exceptions of your
/// elements can derive from it too.
/// </summary>
/// <remarks>
/// Each package has one base for its exceptions: this one, <c>FFmpegException</c>, <c>DeviceException</c>, <c>StationException</c>.
/// Mistakes of the program, such as wrong arguments and wrong calls, throw other exceptions (<see cref="ArgumentException"/>, <see
/// cref="InvalidOperationException"/>).
/// </remarks>
public abstract class MediaException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">The failure, its cause, and the remedy.</param>
    /// <param name="innerException">The exception that caused it; null if it is not known.</param>
    protected MediaException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// True if the same call may succeed later although the program changes nothing; false if another attempt is useless.
    /// </summary>
    /// <remarks>
    /// Transient errors end without the program: a device is in use or unplugged, a daemon is gone, a network or disk does not answer in
    /// time, a call was interrupted. Other errors stay: a file is missing or damaged, a format is not accepted, a right or a library is
    /// missing, the user refuses. The caller decides how long to wait between attempts. An exception that wraps another one has that one's
    /// value; a wrapped <see cref="TimeoutException"/> is transient.
    /// </remarks>
    public virtual bool IsTransient => InnerException is TimeoutException or MediaException { IsTransient: true };
}

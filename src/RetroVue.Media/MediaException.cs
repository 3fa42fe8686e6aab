namespace RetroVue.Media;

/// <summary>What media, or what makes and moves it, fails with. All exceptions of these libraries' own derive from it, also those of your elements if you wish.</summary>
/// <remarks>
/// Each package has one base that its others derive from: this one, <c>FFmpegException</c>, <c>DeviceException</c>, <c>StationException</c>.
/// Arguments and calls that are wrong in themselves (<see cref="ArgumentException"/>, <see cref="InvalidOperationException"/>) are none of
/// these: they are mistakes of the program.
/// </remarks>
public abstract class MediaException : Exception
{
    /// <summary>A failure.</summary>
    /// <param name="message">What failed, why, and what to do about it.</param>
    /// <param name="innerException">What caused it, if that is known.</param>
    protected MediaException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>True if the same may succeed later although the program changes nothing; false if it is no use to try again.</summary>
    /// <remarks>
    /// Transient is what others have to end: a device in use or unplugged, a daemon that is gone, a network or disk that does not answer in time,
    /// a call that was interrupted. Not transient is what stays as it is: a file that is missing or damaged, a format that is not
    /// accepted, a right or a library that is missing, a refusal of the user's. Waiting between attempts is the caller's affair. An exception that wraps another says what that one says;
    /// a <see cref="TimeoutException"/> in it is transient.
    /// </remarks>
    public virtual bool IsTransient => InnerException is TimeoutException or MediaException { IsTransient: true };
}

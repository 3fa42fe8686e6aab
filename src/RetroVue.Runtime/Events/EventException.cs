namespace RetroVue.Runtime.Events;

/// <summary>
/// An event could not be written, read or kept. <see cref="Media.MediaException.IsTransient"/> is true if the store may be well again later: then
/// the same call may succeed, and an event that is appended again with the same id is written once.
/// </summary>
public sealed class EventException : StationException
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">The failure, its cause, and the remedy.</param>
    /// <param name="isTransient">True if the same call may succeed later.</param>
    /// <param name="innerException">The exception that caused it; null if it is not known.</param>
    public EventException(string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException)
    {
        IsTransient = isTransient;
    }

    /// <inheritdoc/>
    public override bool IsTransient { get; }
}

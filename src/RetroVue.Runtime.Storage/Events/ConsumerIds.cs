using System.Runtime.CompilerServices;
using RetroVue.Runtime.Events;

namespace RetroVue.Runtime.Storage.Events;

/// <summary>What the id of a consumer may be: what each database can keep.</summary>
internal static class ConsumerIds
{
    /// <summary>Throws if an id cannot be kept.</summary>
    /// <exception cref="ArgumentException">It is empty, too long, or no text.</exception>
    public static void Check(string consumerId, [CallerArgumentExpression(nameof(consumerId))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(consumerId, parameter);
        if (consumerId.Length > EventEnvelope.MaxNameLength)
        {
            throw new ArgumentException(
                $"A consumer's id has {consumerId.Length:N0} characters; at most {EventEnvelope.MaxNameLength} are allowed.", parameter);
        }

        if (!StoredText.IsText(consumerId))
        {
            throw new ArgumentException("A consumer's id has the character NUL or half of a surrogate pair, which databases do not keep.", parameter);
        }
    }
}

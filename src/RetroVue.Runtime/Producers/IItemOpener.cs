using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens entries of a plan for a channel of a certain profile.</summary>
internal interface IItemOpener
{
    /// <summary>Opens a file or a slate so that it airs from a time on the channel's line.</summary>
    /// <param name="entry">What to air.</param>
    /// <param name="from">When its first frame is to be aired: the entry's start, or later for a join in the middle.</param>
    /// <param name="notBefore">
    /// Nothing is presented before it: the entry's start where a join shows what comes before <paramref name="from"/> at once, or
    /// <paramref name="from"/> itself on the air, where an encoded picture then begins with the first key frame after it.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken);
}

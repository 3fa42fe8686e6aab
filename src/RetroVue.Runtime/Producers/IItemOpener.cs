using RetroVue.Media.Time;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.Producers;

/// <summary>Opens entries of a plan for a channel of a certain kind.</summary>
internal interface IItemOpener
{
    /// <summary>Opens a file or a slate so that it airs from a time on the channel's line.</summary>
    /// <param name="entry">The entry to air.</param>
    /// <param name="from">When its first frame airs: the entry's start, or later for a join in the middle.</param>
    /// <param name="notBefore">
    /// Nothing is presented before this time. For a join it is the entry's start, so that media before <paramref name="from"/> is shown at
    /// once. On the air it is <paramref name="from"/> itself; an encoded picture then begins with the first key frame after it.
    /// </param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    Task<ItemPlayer> OpenAsync(PlayoutEntry entry, ClockTime from, ClockTime notBefore, CancellationToken cancellationToken);
}

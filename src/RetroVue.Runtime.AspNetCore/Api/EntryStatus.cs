using NodaTime.Text;
using RetroVue.Runtime.Schedules;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>An entry on a channel's air, as in the API.</summary>
/// <param name="Title">The title that viewers see.</param>
/// <param name="Start">When it starts, ISO 8601 in UTC.</param>
/// <param name="End">When it ends, ISO 8601 in UTC.</param>
/// <param name="Kind">programme, filler or slate.</param>
internal sealed record EntryStatus(string Title, string Start, string End, string Kind)
{
    public static EntryStatus Of(PlayoutEntry entry) => new(
        entry.Title,
        InstantPattern.ExtendedIso.Format(entry.Start),
        InstantPattern.ExtendedIso.Format(entry.End),
        entry.Kind.ToApiName());
}

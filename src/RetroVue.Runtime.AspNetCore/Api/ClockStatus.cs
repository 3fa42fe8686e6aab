using System.Text.Json.Serialization;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>Station time as the API tells it, with what a client needs to set its own clock by it (as in RFC 5905, section 8).</summary>
/// <param name="UtcNow">Station time, ISO 8601 in UTC, cut to the precision.</param>
/// <param name="Precision">second, millisecond or microsecond.</param>
/// <param name="UncertaintyMs">How far off it may be, in milliseconds.</param>
/// <param name="State">How far it can be trusted: unsynchronised, synchronised, holdOver or failed.</param>
/// <param name="CivilTimeDifferenceMs">Station time minus the machine's civil time, in milliseconds: large after civil time was stepped.</param>
/// <param name="Clock">The clock that carries it on.</param>
/// <param name="T0">The client's time of asking, as it came; absent where it said none.</param>
/// <param name="T1">When the question came in: station time in milliseconds since 1970-01-01T00:00:00 UTC.</param>
/// <param name="T2">When the answer went out, likewise.</param>
internal sealed record ClockStatus(
    string UtcNow,
    string Precision,
    double UncertaintyMs,
    string State,
    double CivilTimeDifferenceMs,
    string Clock,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? T0,
    double T1,
    double T2);

using System.Text.Json.Serialization;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>
/// Station time, as in the API, with the times that a client needs to set its own clock by it (as in RFC 5905, section 8).
/// </summary>
/// <param name="UtcNow">Station time, ISO 8601 in UTC, cut to the precision.</param>
/// <param name="Precision">second, millisecond or microsecond.</param>
/// <param name="UncertaintyMs">The uncertainty, in milliseconds.</param>
/// <param name="State">unsynchronised, synchronised, holdOver or failed.</param>
/// <param name="CivilTimeDifferenceMs">Station time minus the machine's civil time, in milliseconds; large after a step of civil
/// time.</param>
/// <param name="Clock">The name of the clock that drives station time.</param>
/// <param name="T0">The client's time of the request, as received; absent if the client did not send it.</param>
/// <param name="T1">When the request arrived: station time in milliseconds since 1970-01-01T00:00:00 UTC.</param>
/// <param name="T2">When the response was sent, in the same unit.</param>
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

using System.Text.Json;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>How the API spells values of enumerations.</summary>
internal static class ApiNames
{
    /// <summary>The value's name with a small first letter: "holdOver".</summary>
    public static string ToApiName<T>(this T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

using System.Text.Json;

namespace RetroVue.Runtime.AspNetCore.Api;

/// <summary>The API's names of enumeration values.</summary>
internal static class ApiNames
{
    /// <summary>Returns the value's name with a small first letter: "holdOver".</summary>
    public static string ToApiName<T>(this T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}

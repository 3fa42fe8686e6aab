using System.Data;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using NodaTime;
using NodaTime.Text;

namespace RetroVue.Runtime.Storage.Values;

/// <summary>
/// A time as a column: in SQLite a text of fixed width, exact to the nanosecond, whose order is the order of time; in PostgreSQL a timestamptz,
/// exact to the microsecond. A type of its own, because what Dapper knows of a type holds for the whole process.
/// </summary>
internal readonly record struct StoredTime(Instant Value)
{
    private static readonly InstantPattern s_text = InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffff'Z'");

    /// <summary>The text that SQLite keeps.</summary>
    public string Text => s_text.Format(Value);

    /// <summary>Tells Dapper how the column is written and read.</summary>
    internal sealed class Handler : SqlMapper.TypeHandler<StoredTime>
    {
        public override void SetValue(IDbDataParameter parameter, StoredTime value) =>
            parameter.Value = parameter is SqliteParameter ? value.Text : value.Value.ToDateTimeUtc();

        public override StoredTime Parse(object value) => new(value switch
        {
            string text => s_text.Parse(text).GetValueOrThrow(),
            DateTime time => Instant.FromDateTimeUtc(DateTime.SpecifyKind(time, DateTimeKind.Utc)),
            _ => throw new DataException(string.Create(CultureInfo.InvariantCulture, $"'{value}' is no time.")),
        });
    }
}

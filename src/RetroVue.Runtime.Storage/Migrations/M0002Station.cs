using FluentMigrator;
using RetroVue.Runtime.Storage.Tables;

namespace RetroVue.Runtime.Storage.Migrations;

/// <summary>The state of a station that survives its process. Source: document 004, the data model.</summary>
[Migration(2, "Channels, viewers, schedules, as-run, the station's mode, and the catalogue of media files")]
internal sealed class M0002Station : Migration
{
    /// <inheritdoc/>
    public override void Up()
    {
        IfDatabase("sqlite").Execute.Sql(Tables("TEXT", "TEXT", "INTEGER", "TEXT", "INTEGER"));
        IfDatabase("postgresql").Execute.Sql(Tables("uuid", "timestamptz", "boolean", "jsonb", "bigint"));
        Create.Index("idx_viewer_sessions_channel").OnTable("viewer_sessions").OnColumn("channel_id").Ascending().OnColumn("started_at").Ascending();
        Create.Index("idx_schedule_entries_start").OnTable("schedule_entries").OnColumn("channel_id").Ascending().OnColumn("start_at").Ascending();
        Create.Index("idx_as_run_channel").OnTable("as_run").OnColumn("channel_id").Ascending().OnColumn("start_at").Ascending();
        Create.Index("idx_as_run_start").OnTable("as_run").OnColumn("start_at");
    }

    /// <inheritdoc/>
    public override void Down()
    {
        // When the tables are there again, their consumer makes them again from the events.
        foreach (string table in new[] { "consumer_offsets", "parked_events" })
        {
            Delete.FromTable(table).Row(new { consumer_id = StationTables.ConsumerId });
        }

        foreach (string table in new[] { "channel_formats", "media_files", "station_state", "as_run", "schedule_entries", "schedule_generations", "viewer_sessions", "channels" })
        {
            Delete.Table(table);
        }
    }

    private static string Tables(string uuid, string time, string boolean, string json, string number) => $"""
        CREATE TABLE channels (
            id {uuid} PRIMARY KEY,
            short_name varchar(100) NOT NULL UNIQUE,
            name text NOT NULL,
            time_zone varchar(100) NOT NULL,
            mode varchar(20) NOT NULL,
            is_active {boolean} NOT NULL,
            profile varchar(20) NOT NULL,
            updated_at {time} NOT NULL);
        CREATE TABLE viewer_sessions (
            id {uuid} PRIMARY KEY,
            channel_id {uuid} NOT NULL,
            client text NOT NULL,
            started_at {time} NOT NULL,
            last_activity_at {time} NOT NULL,
            ended_at {time});
        CREATE TABLE schedule_generations (
            channel_id {uuid} NOT NULL,
            generation {number} NOT NULL,
            published_at {time} NOT NULL,
            programme {json} NOT NULL,
            PRIMARY KEY (channel_id, generation));
        CREATE TABLE schedule_entries (
            id {uuid} NOT NULL,
            channel_id {uuid} NOT NULL,
            generation {number} NOT NULL,
            start_at {time} NOT NULL,
            end_at {time} NOT NULL,
            kind varchar(20) NOT NULL,
            title text NOT NULL,
            file text,
            PRIMARY KEY (channel_id, generation, id));
        CREATE TABLE as_run (
            airing_id {uuid} PRIMARY KEY,
            run_id {uuid} NOT NULL,
            channel_id {uuid} NOT NULL,
            entry_id {uuid},
            generation {number},
            kind varchar(20) NOT NULL,
            title text NOT NULL,
            asset text,
            planned_start_at {time},
            planned_end_at {time},
            start_at {time} NOT NULL,
            end_at {time} NOT NULL,
            first_pts {number},
            last_pts {number},
            status varchar(20) NOT NULL,
            reason text,
            is_open {boolean} NOT NULL,
            updated_at {time} NOT NULL);
        CREATE TABLE station_state (
            name varchar(100) PRIMARY KEY,
            value {json} NOT NULL,
            updated_at {time} NOT NULL);
        CREATE TABLE media_files (
            path text NOT NULL,
            streams text NOT NULL,
            size {number} NOT NULL,
            changed_ns {number} NOT NULL,
            probed_at {time} NOT NULL,
            duration_ns {number},
            media {json},
            problem text,
            PRIMARY KEY (path, streams));
        CREATE TABLE channel_formats (
            channel_id {uuid} PRIMARY KEY,
            formats {json} NOT NULL,
            updated_at {time} NOT NULL);
        """;
}

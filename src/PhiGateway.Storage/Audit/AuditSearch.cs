using System.Data.Common;
using System.Globalization;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>Turns a search into one statement that walks an index from its newest end; no value becomes part of the text.</summary>
internal static class AuditSearch
{
    private const int MaxLimit = 500;

    // Found first, sorted then: a planner without statistics would rather walk all records in order of time until one has the id.
    private const string WithHits =
        "WITH hit AS MATERIALIZED (SELECT * FROM audit_event WHERE id = @id UNION ALL SELECT * FROM audit_event WHERE parent_id = @id AND id <> @id) ";

    /// <summary>The statement reads one entry more than the page, to know whether there is a next.</summary>
    /// <exception cref="ArgumentException">Limit out of range, or a cursor of another search.</exception>
    public static DbCommand Build(Database database, DbConnection connection, AuditQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));

        var command = connection.Command(string.Empty);
        var conditions = new List<string>();

        // By patient the narrow table leads, and its time prunes the partitions of the other.
        var byPatient = query.PatientKeys.Count > 0;
        var lead = byPatient ? "p" : "e";
        var with = query.Id is null ? string.Empty : WithHits;
        var events = query.Id is null ? "audit_event" : "hit";
        var from = byPatient
            ? $"audit_patient p JOIN {events} e ON e.log = p.log AND e.sequence = p.sequence AND e.time = p.time"
            : $"{events} e";

        void Where(string condition, string name, object? value)
        {
            if (value is not null)
            {
                conditions.Add(condition);
                command.With(name, value);
            }
        }

        if (byPatient)
        {
            var names = query.PatientKeys.Select(static (_, place) => string.Create(CultureInfo.InvariantCulture, $"@patient{place}"));
            conditions.Add($"p.patient_key IN ({string.Join(", ", names)})");
            for (var i = 0; i < query.PatientKeys.Count; i++)
            {
                command.With(string.Create(CultureInfo.InvariantCulture, $"patient{i}"), StorableText.Clean(query.PatientKeys[i]));
            }
        }

        Where($"{lead}.time >= @from", "from", database.Time(query.From));
        Where($"{lead}.time < @to", "to", database.Time(query.To));
        Where("e.client = @client", "client", StorableText.Clean(query.Client));
        Where("e.tenant = @tenant", "tenant", StorableText.Clean(query.Tenant));
        Where("e.decision = @decision", "decision", StorableText.Clean(query.Decision));
        Where("e.reason = @reason", "reason", StorableText.Clean(query.Reason));
        Where("e.actor = @actor", "actor", StorableText.Clean(query.Actor));
        Where("e.kind = @kind", "kind", query.Kind is { } kind ? (short)kind : null);
        if (query.Id is { } id)
        {
            command.With("id", database.Uuid(id));
        }

        if (query.Cursor is not null)
        {
            var cursor = AuditCursor.Read(query);
            conditions.Add($"({lead}.time, {lead}.log, {lead}.sequence) < (@c_time, @c_log, @c_sequence)");
            command.With("c_time", database.Time(cursor.Time)).With("c_log", cursor.Log).With("c_sequence", cursor.Sequence);
        }

#pragma warning disable CA2100 // put together from constants of this file only
        command.CommandText =
            $"{with}SELECT {AuditRows.Columns} FROM {from}{(conditions.Count == 0 ? "" : " WHERE " + string.Join(" AND ", conditions))}"
            + $" ORDER BY {lead}.time DESC, {lead}.log DESC, {lead}.sequence DESC LIMIT @limit";
#pragma warning restore CA2100
        return command.With("limit", query.Limit + 1);
    }
}

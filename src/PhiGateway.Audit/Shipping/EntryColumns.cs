using System.Text;
using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>Reads out of a record's body the members that the store indexes, or takes them from the object it was encoded from.</summary>
internal struct EntryColumns
{
    public Guid Id;
    public Guid ParentId;
    public AuditKind Kind;
    public string Event;
    public DateTimeOffset Time;
    public string Decision;
    public string? Reason;
    public string? Client;
    public string? Tenant;
    public string? Actor;
    public int Status;
    public string? ResourceType;
    public string? Interaction;
    public IReadOnlyList<string>? Patients;

    public EntryColumns() => Event = Decision = string.Empty;

    /// <summary>Takes the columns from the object that a body was encoded from; false when the body must be read.</summary>
    /// <remarks>
    /// What is not plain text may stand otherwise in the bytes (half a surrogate pair does), and the bytes are what counts.
    /// </remarks>
    public bool TryTake(AuditRecord? record)
    {
        if (record is not { Kind: not 0 } || !IsPlain(record))
        {
            return false;
        }

        (Id, ParentId, Kind, Event) = (record.Id, record.ParentId, record.Kind, record.Event);
        Time = new DateTimeOffset(record.Time.UtcDateTime);
        (Decision, Reason, Client, Tenant, Actor) = (record.Decision, record.Reason, record.Client, record.Tenant, record.Actor);
        (Status, ResourceType, Interaction) = (record.Status, record.ResourceType, record.Interaction);
        Patients = record.Patients.Count == 0 ? null : record.Patients;
        return true;
    }

    /// <exception cref="JsonException">The bytes are no record.</exception>
    public void Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException("An audit record is a JSON object.");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                Member(ref reader);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("An audit record has a member of the wrong type.", e);
        }

        if (Kind == 0)
        {
            throw new JsonException("An audit record has a kind.");
        }
    }

    private void Member(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, "id"u8))
        {
            Id = reader.GetGuid();
        }
        else if (Is(ref reader, "kind"u8))
        {
            Kind = AuditKindNames.Parse(reader.ValueSpan);
        }
        else if (Is(ref reader, "event"u8))
        {
            Event = reader.GetString()!;
        }
        else if (Is(ref reader, "time"u8))
        {
            Time = reader.GetDateTimeOffset();
        }
        else if (Is(ref reader, "parentId"u8))
        {
            ParentId = reader.GetGuid();
        }
        else if (Is(ref reader, "decision"u8))
        {
            Decision = DecisionOf(ref reader);
        }
        else if (Is(ref reader, "reason"u8))
        {
            Reason = reader.GetString();
        }
        else if (Is(ref reader, "client"u8))
        {
            Client = reader.GetString();
        }
        else if (Is(ref reader, "tenant"u8))
        {
            Tenant = reader.GetString();
        }
        else
        {
            Later(ref reader);
        }
    }

    private void Later(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, "actor"u8))
        {
            Actor = reader.GetString();
        }
        else if (Is(ref reader, "status"u8))
        {
            Status = reader.GetInt32();
        }
        else if (Is(ref reader, "resourceType"u8))
        {
            ResourceType = reader.GetString();
        }
        else if (Is(ref reader, "interaction"u8))
        {
            Interaction = reader.GetString();
        }
        else if (Is(ref reader, "patients"u8))
        {
            var patients = new List<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                patients.Add(reader.GetString()!);
            }

            Patients = patients;
        }
        else
        {
            _ = reader.Read();
            reader.Skip();
        }
    }

    private static bool IsPlain(AuditRecord record)
    {
        var patients = record.Patients;
        for (var i = 0; i < patients.Count; i++)
        {
            if (!Ascii.IsValid(patients[i]))
            {
                return false;
            }
        }

        return Ascii.IsValid(record.Event)
            && Ascii.IsValid(record.Decision)
            && Ascii.IsValid(record.Reason)
            && Ascii.IsValid(record.Client)
            && Ascii.IsValid(record.Tenant)
            && Ascii.IsValid(record.Actor)
            && Ascii.IsValid(record.ResourceType)
            && Ascii.IsValid(record.Interaction);
    }

    // The two words of nearly every record are not made anew.
    private static string DecisionOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("permit"u8))
        {
            return "permit";
        }

        return reader.ValueTextEquals("deny"u8) ? "deny" : reader.GetString()!;
    }

    // Moves on to the value when the name is the one asked for.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();
}

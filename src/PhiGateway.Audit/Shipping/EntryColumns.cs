using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>Reads out of a record's body the members that the store indexes; everything else is passed over unread.</summary>
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
    public string? UseCase;
    public string? Organization;
    public string? Purpose;
    public IReadOnlyList<string>? Patients;
    public IReadOnlyList<string>? WithheldPatients;

    public EntryColumns() => Event = Decision = string.Empty;

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
            Patients = List(ref reader);
        }
        else if (Is(ref reader, "withheldPatients"u8))
        {
            WithheldPatients = List(ref reader);
        }
        else
        {
            Approved(ref reader);
        }
    }

    private void Approved(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, "useCase"u8))
        {
            UseCase = reader.GetString();
        }
        else if (Is(ref reader, "organization"u8))
        {
            Organization = reader.GetString();
        }
        else if (Is(ref reader, "purpose"u8))
        {
            Purpose = reader.GetString();
        }
        else
        {
            _ = reader.Read();
            reader.Skip();
        }
    }

    private static List<string> List(ref Utf8JsonReader reader)
    {
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString()!);
        }

        return texts;
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

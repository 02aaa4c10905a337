using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>Reads out of a record's body the members that the store indexes; everything else is passed over unread.</summary>
internal struct EntryColumns()
{
    private readonly KnownTexts _texts = KnownTexts.OfThisThread;

    public Guid Id;
    public Guid ParentId;
    public AuditKind Kind;
    public string Event = string.Empty;
    public DateTimeOffset Time;
    public string Decision = string.Empty;
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

    // By the length of the name first: a record has some forty members, of which eighteen count. The encoder escapes no name.
    private void Member(ref Utf8JsonReader reader)
    {
        switch (reader.ValueSpan.Length)
        {
            case 2 when Is(ref reader, "id"u8):
                Id = reader.GetGuid();
                break;
            case 4 when Is(ref reader, "kind"u8):
                Kind = AuditKindNames.Parse(reader.ValueSpan);
                break;
            case 4 when Is(ref reader, "time"u8):
                Time = reader.GetDateTimeOffset();
                break;
            case 5 when Is(ref reader, "event"u8):
                Event = _texts.Event.Of(ref reader)!;
                break;
            case 5 when Is(ref reader, "actor"u8):
                Actor = reader.GetString();
                break;
            case 6:
                OfSix(ref reader);
                break;
            case 7 when Is(ref reader, "useCase"u8):
                UseCase = _texts.UseCase.Of(ref reader);
                break;
            case 7 when Is(ref reader, "purpose"u8):
                Purpose = _texts.Purpose.Of(ref reader);
                break;
            default:
                Longer(ref reader);
                break;
        }
    }

    private void OfSix(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, "client"u8))
        {
            Client = _texts.Client.Of(ref reader);
        }
        else if (Is(ref reader, "tenant"u8))
        {
            Tenant = _texts.Tenant.Of(ref reader);
        }
        else if (Is(ref reader, "status"u8))
        {
            Status = reader.GetInt32();
        }
        else if (Is(ref reader, "reason"u8))
        {
            Reason = _texts.Reason.Of(ref reader);
        }
        else
        {
            reader.Skip();
        }
    }

    private void Longer(ref Utf8JsonReader reader)
    {
        switch (reader.ValueSpan.Length)
        {
            case 8 when Is(ref reader, "parentId"u8):
                ParentId = reader.GetGuid();
                break;
            case 8 when Is(ref reader, "decision"u8):
                Decision = _texts.Decision.Of(ref reader)!;
                break;
            case 8 when Is(ref reader, "patients"u8):
                Patients = List(ref reader);
                break;
            case 11 when Is(ref reader, "interaction"u8):
                Interaction = _texts.Interaction.Of(ref reader);
                break;
            case 12 when Is(ref reader, "resourceType"u8):
                ResourceType = _texts.ResourceType.Of(ref reader);
                break;
            case 12 when Is(ref reader, "organization"u8):
                Organization = _texts.Organization.Of(ref reader);
                break;
            case 16 when Is(ref reader, "withheldPatients"u8):
                WithheldPatients = List(ref reader);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static List<string> List(ref Utf8JsonReader reader)
    {
        // Mostly one.
        var texts = new List<string>(1);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            texts.Add(reader.GetString()!);
        }

        return texts;
    }

    // Moves on to the value when the name is the one asked for.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name) && reader.Read();
}

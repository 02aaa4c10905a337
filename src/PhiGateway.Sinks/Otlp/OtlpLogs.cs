using System.Text.Json;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Formats;

namespace PhiGateway.Sinks.Otlp;

/// <summary>
/// Writes events as one <c>ExportLogsServiceRequest</c> of OpenTelemetry's protocol (OTLP 1.x): the line for people as body, every member
/// of the gateway's own JSON as an attribute. Used by <see cref="OtlpSink"/>.
/// </summary>
/// <remarks>
/// The members are taken from <see cref="JsonFormat"/>, so that there is one list of what may leave. Field numbers are those of
/// opentelemetry/proto: collector/logs/v1, logs/v1, resource/v1, common/v1.
/// </remarks>
internal static class OtlpLogs
{
    private const string Prefix = "phi_gateway.";

    // By OCSF's scale of 1 to 5: INFO, WARN, WARN2, ERROR, FATAL.
    private static readonly (int Number, string Text)[] Severities =
    [
        (9, "INFO"),
        (13, "WARN"),
        (14, "WARN2"),
        (17, "ERROR"),
        (21, "FATAL"),
    ];

    private static readonly JsonFormat Members = new();

    /// <summary>The request; events of one node, in order.</summary>
    public static byte[] Write(IReadOnlyList<SinkEvent> events, DateTimeOffset observed)
    {
        var request = new ProtoWriter();
        request.Message(
            1,
            resourceLogs =>
            {
                resourceLogs.Message(
                    1,
                    resource =>
                    {
                        Attribute(resource, "service.name", ProductName.App);
                        Attribute(resource, "service.version", ProductName.Version);
                        Attribute(resource, "service.instance.id", events[0].Node);
                    }
                );
                resourceLogs.Message(2, scopeLogs => Scope(scopeLogs, events, observed));
            }
        );
        return request.ToArray();
    }

    private static void Scope(ProtoWriter scopeLogs, IReadOnlyList<SinkEvent> events, DateTimeOffset observed)
    {
        scopeLogs.Message(
            1,
            static scope =>
            {
                scope.Text(1, "PhiGateway.Sinks");
                scope.Text(2, ProductName.Version);
            }
        );
        foreach (var one in events)
        {
            scopeLogs.Message(2, record => Record(record, one, observed));
        }
    }

    private static void Record(ProtoWriter record, SinkEvent of, DateTimeOffset observed)
    {
        var (number, text) = Severities[Math.Clamp(EventMeaning.SeverityOf(of), 1, Severities.Length) - 1];
        record.Long(1, Nanoseconds(of.Time));
        record.Present(2, number);
        record.Text(3, text);
        record.Message(5, body => body.PresentText(1, EventMeaning.TitleOf(of)));
        Attributes(record, of);
        record.Long(11, Nanoseconds(observed));
        record.Text(12, Prefix + EventMeaning.KindOf(of));
    }

    private static void Attributes(ProtoWriter record, SinkEvent of)
    {
        using var members = JsonDocument.Parse(Members.Write(of));
        foreach (var member in members.RootElement.EnumerateObject())
        {
            // The record's own fields say these.
            if (member.Name is "time" or "severity" or "message")
            {
                continue;
            }

            record.Message(
                6,
                pair =>
                {
                    pair.Text(1, Prefix + member.Name);
                    pair.Message(2, value => Value(value, member.Value));
                }
            );
        }
    }

    private static void Value(ProtoWriter any, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                any.PresentText(1, value.GetString()!);
                break;
            case JsonValueKind.True or JsonValueKind.False:
                any.Present(2, value.GetBoolean() ? 1 : 0);
                break;
            case JsonValueKind.Number:
                any.Present(3, value.GetInt64());
                break;
            case JsonValueKind.Array:
                any.Message(
                    5,
                    list =>
                    {
                        foreach (var item in value.EnumerateArray())
                        {
                            list.Message(1, element => Value(element, item));
                        }
                    }
                );
                break;
            default:
                throw new InvalidOperationException($"The JSON format writes no {value.ValueKind}.");
        }
    }

    private static void Attribute(ProtoWriter resource, string name, string value) =>
        resource.Message(
            1,
            pair =>
            {
                pair.Text(1, name);
                pair.Message(2, any => any.PresentText(1, value));
            }
        );

    // A clock that is broken must not keep the others' records here: beyond the year 2262 the number has no place.
    private static ulong Nanoseconds(DateTimeOffset time) =>
        (ulong)Math.Clamp(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, 0, long.MaxValue / 100) * 100;
}

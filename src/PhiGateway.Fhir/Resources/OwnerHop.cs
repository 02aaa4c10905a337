using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// The one reference by which a type that has no element for whose it is hangs on the record that says so: a Slot on its Schedule.
/// </summary>
/// <param name="Element">The element at the root that holds the reference.</param>
/// <param name="Target">The type that it must lead to.</param>
internal sealed record OwnerHop(string Element, ResourceType Target)
{
    private static readonly Dictionary<ResourceType, OwnerHop> Hops = new()
    {
        [ResourceType.Parse("Slot")] = new("schedule", ResourceType.Parse("Schedule")),
        [ResourceType.Parse("DeviceMetric")] = new("source", ResourceType.Parse("Device")),
        [ResourceType.Parse("EnrollmentResponse")] = new("request", ResourceType.Parse("EnrollmentRequest")),
    };

    /// <summary>The types that have one.</summary>
    public static ResourceType[] Types { get; } = [.. Hops.Keys];

    /// <summary>The hop of a type; null: it has none.</summary>
    public static OwnerHop? Of(ResourceType type) => Hops.GetValueOrDefault(type);

    /// <summary>The record that a resource hangs on; null: it names none here, or one of another type.</summary>
    /// <param name="resource">The resource, whole and well-formed, with each member once.</param>
    /// <param name="bases">The route's addresses, and depth.</param>
    public ResourceName? Find(ReadOnlySpan<byte> resource, Bases bases)
    {
        var reader = new Utf8JsonReader(resource, ResourceReader.OptionsFor(bases));
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var isElement = JsonText.Is(in reader, Element);
            reader.Read();
            if (isElement)
            {
                return reader.TokenType == JsonTokenType.StartObject ? FindIn(ref reader, bases) : null;
            }

            reader.Skip();
        }

        return null;
    }

    private ResourceName? FindIn(ref Utf8JsonReader reader, Bases bases)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isReference = JsonText.Is(in reader, "reference"u8);
            reader.Read();
            if (isReference)
            {
                return
                    reader.TokenType == JsonTokenType.String
                    && ReferenceReader.TryRead(JsonText.Utf8Of(ref reader), bases, out var type, out var id)
                    && type == Target
                    ? new ResourceName(type, Encoding.ASCII.GetString(id))
                    : null;
            }

            reader.Skip();
        }

        return null;
    }
}

using System.Runtime.CompilerServices;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Says what leaves of scheduling data that is nobody's record (a Slot, a Schedule) to clients that are not the hospital's own: when, where
/// and for what one can come, and none of the places for free text, in which a hospital may have written who does.
/// </summary>
/// <remarks>
/// A grant that lists its elements is taken at its word: whoever approved <c>comment</c> meant it. The extensions are those of SMART Scheduling
/// Links, which say how to book.
/// </remarks>
internal static class OpenSchedule
{
    private const string Smart = "http://fhir-registry.smarthealthit.org/StructureDefinition/";

    private static readonly string[] Extensions =
    [
        Smart + "booking-deep-link",
        Smart + "booking-phone",
        Smart + "slot-capacity",
        Smart + "has-availability",
        Smart + "vaccine-product",
        Smart + "vaccine-dose",
    ];

    private static readonly (ResourceType Type, ElementSet Open)[] Types =
    [
        (
            ResourceType.Parse("Slot"),
            Of(
                "identifier",
                "serviceCategory",
                "serviceType",
                "specialty",
                "appointmentType",
                "schedule",
                "status",
                "start",
                "end",
                "overbooked"
            )
        ),
        (
            ResourceType.Parse("Schedule"),
            Of("identifier", "active", "serviceCategory", "serviceType", "specialty", "actor", "planningHorizon")
        ),
    ];

    // One object for each set of masks, since sets are compared by reference.
    private static readonly ConditionalWeakTable<ElementSet, ElementSet>[] Masked =
    [
        [],
        [],
    ];

    /// <summary>What may leave of a record; what the grants let out where it is no scheduling data, or they list elements.</summary>
    /// <param name="granted">What the grants let out.</param>
    /// <param name="type">The record's type.</param>
    public static ElementSet Narrow(ElementSet granted, ResourceType type)
    {
        for (var place = 0; granted.KeepsAll && place < Types.Length; place++)
        {
            if (Types[place].Type == type)
            {
                var open = Types[place].Open;
                return granted.IsAll
                    ? open
                    : Masked[place].GetValue(granted, key => ElementSet.Of(open.Names, key.Masks).WithExtensions(Extensions));
            }
        }

        return granted;
    }

    /// <summary>The same for a question put by a client, which is not asked of the hospital's own.</summary>
    /// <param name="run">The decision.</param>
    /// <param name="granted">What the grants let out.</param>
    /// <param name="type">The type asked about.</param>
    public static ElementSet Narrow(DecisionRun run, ElementSet granted, ResourceType type) =>
        PermitFactory.IsOwnStaff(run) ? granted : Narrow(granted, type);

    private static ElementSet Of(params string[] names) => ElementSet.Of(names).WithExtensions(Extensions);
}

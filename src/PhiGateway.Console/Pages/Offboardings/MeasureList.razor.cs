using Microsoft.AspNetCore.Components;
using PhiGateway.Admin.Organizations;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>The figures that an offboarding is held against, and whether each is kept.</summary>
public sealed partial class MeasureList
{
    /// <summary>The figures.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<OffboardingMeasure> Model { get; set; }

    private static string StyleOf(OffboardingMeasure one) =>
        one.IsMet switch
        {
            true => "allow",
            false => "deny",
            null => "info",
        };

    private static string WordsOf(OffboardingMeasure one) =>
        one switch
        {
            { Seconds: { } took } => $"{(one.IsMet == true ? "kept" : "missed")}: {Words.Span(TimeSpan.FromSeconds(took))}",
            { IsMet: false } => $"missed: more than {Words.Span(TimeSpan.FromSeconds(one.LimitSeconds))}",
            _ => "the clock runs",
        };
}

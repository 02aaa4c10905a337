using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>Says above a form that was refused what belongs to none of its fields, and what somebody else changed meanwhile.</summary>
public sealed partial class FormProblem
{
    /// <summary>The form; null: nothing is shown.</summary>
    [Parameter, EditorRequired]
    public required TriedForm? Model { get; set; }

    /// <summary>What the page shows now, to be held against what it had shown; null: it is not told.</summary>
    [Parameter]
    public string? Now { get; set; }

    private IReadOnlyList<string> Differences => SeenState.Differences(Model?.Seen, Now);
}

using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>Says above a form that was refused what belongs to none of its fields.</summary>
public sealed partial class FormProblem
{
    /// <summary>The form; null: nothing is shown.</summary>
    [Parameter, EditorRequired]
    public required TriedForm? Model { get; set; }
}

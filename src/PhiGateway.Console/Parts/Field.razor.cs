using Microsoft.AspNetCore.Components;

namespace PhiGateway.Console.Parts;

/// <summary>One field of a form: its label, what was typed, and at the field what is wrong with it.</summary>
public sealed partial class Field
{
    /// <summary>Name of the field.</summary>
    [Parameter, EditorRequired]
    public required string Name { get; set; }

    /// <summary>What stands over it.</summary>
    [Parameter, EditorRequired]
    public required string Label { get; set; }

    /// <summary>Whom it is about, where that is a name from outside.</summary>
    [Parameter]
    public string? About { get; set; }

    /// <summary>The form as it was refused; null: it was not.</summary>
    [Parameter, EditorRequired]
    public required TriedForm? Form { get; set; }

    /// <summary>Id on the page, where several forms have the same field; null: the name.</summary>
    [Parameter]
    public string? On { get; set; }

    /// <summary>What stands there untouched.</summary>
    [Parameter]
    public string? Given { get; set; }

    /// <summary>text, date or search.</summary>
    [Parameter]
    public string Type { get; set; } = "text";

    /// <summary>An example of what is expected.</summary>
    [Parameter]
    public string? Hint { get; set; }

    /// <summary>Most characters.</summary>
    [Parameter]
    public int Most { get; set; } = 1000;

    /// <summary>Whether several lines are typed.</summary>
    [Parameter]
    public bool IsLong { get; set; }

    /// <summary>Whether the browser asks for it.</summary>
    [Parameter]
    public bool IsRequired { get; set; } = true;

    private string Id => On ?? Name;

    private string? Why => Form?.Why(Name);

    private string? Said => Why is null ? null : Id + "-why";

    private string? Invalid => Why is null ? null : "true";

    private string? Value => Form is null ? Given : Form.Value(Name);
}

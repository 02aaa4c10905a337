namespace PhiGateway.Console.Parts;

/// <summary>A form that was refused: which one, what was typed into it, and what is wrong with each of its fields. Made by the screens.</summary>
/// <param name="Step">Which form of the page.</param>
/// <param name="Of">Of which row; empty: the page has one of it.</param>
/// <param name="Typed">What was typed, by the name of the field.</param>
/// <param name="Wrong">What is wrong with a field, by its name.</param>
/// <param name="Problem">What belongs to no field of the form; null: nothing does.</param>
/// <param name="Seen">What the page had shown, where somebody else was faster; null: nobody was.</param>
public sealed record TriedForm(
    string Step,
    string Of,
    IReadOnlyDictionary<string, string> Typed,
    IReadOnlyDictionary<string, string> Wrong,
    string? Problem,
    string? Seen
)
{
    /// <summary>This form when it is the one asked for, else null: what was typed into one form stands in no other.</summary>
    public TriedForm? At(string step, string of = "") => Step == step && Of == of ? this : null;

    /// <summary>What was typed into a field; null: nothing.</summary>
    public string? Value(string name) => Typed.GetValueOrDefault(name);

    /// <summary>What is wrong with a field; null: nothing is.</summary>
    public string? Why(string name) => Wrong.GetValueOrDefault(name);
}

using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Cases;

/// <summary>Narrows a list of cases; what is null does not narrow it. Taken by <see cref="CaseReports"/>.</summary>
/// <param name="State">Only in this state.</param>
/// <param name="Text">Only where a part of the title, the subject or the id is this.</param>
/// <param name="Person">Only those that this person opened, closed or noted something in.</param>
internal sealed record CaseFilter(CaseState? State = null, string? Text = null, string? Person = null)
{
    /// <summary>Whether a case is among those asked for.</summary>
    public bool Covers(AlertCase one) =>
        (State is null || one.State == State)
        && (Text is null || Has(one.Title) || Has(one.Subject) || Has(one.Id))
        && (Person is null || IsTheirs(one.OpenedBy) || IsTheirs(one.ClosedBy) || one.Notes.Any(note => IsTheirs(note.By)));

    private bool Has(string? text) => text?.Contains(Text!, StringComparison.OrdinalIgnoreCase) == true;

    private bool IsTheirs(string? name) => name is not null && PersonName.AreSame(name, Person!);
}

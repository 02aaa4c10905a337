using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Notes for <see cref="ShownEntries"/> what an entry that was just judged names, by references and by canonical addresses, and in what
/// of it leaves. Used by <see cref="EntrySettler"/>.
/// </summary>
internal static class EntryNotes
{
    /// <summary>An entry leaves.</summary>
    /// <param name="shown">What leaves.</param>
    /// <param name="work">Its reader has just read the entry.</param>
    /// <param name="resource">The entry's resource.</param>
    /// <param name="isMatch">It was searched for.</param>
    public static void Show(ShownEntries shown, AnswerWork work, ReadOnlySpan<byte> resource, bool isMatch)
    {
        var facts = work.Reader.Facts;
        if (shown.IsAround)
        {
            shown.Add(facts, LinksOf(shown, work, resource));
        }
        else
        {
            var links = shown.LeadsOn(facts.Type) ? RecordNames.WithElements(resource, work.Bases) : [];
            shown.Add(facts, links, work.LastElements, isMatch);
        }

        AddAddresses(shown, work, resource, isMatch);
    }

    /// <summary>An entry leaves with a page to come, of what lies around one resource; what accompanies it leaves now.</summary>
    public static void Expect(ShownEntries shown, AnswerWork work, ReadOnlySpan<byte> resource)
    {
        shown.Expect(LinksOf(shown, work, resource));
        AddAddresses(shown, work, resource, isMatch: true);
    }

    /// <summary>An entry must stay: what it names must not leave for its sake.</summary>
    public static void Hide(ShownEntries shown, AnswerWork work, ReadOnlySpan<byte> resource)
    {
        shown.AddHidden(work.Reader.Links!);
        if (shown.Addresses is { } addresses)
        {
            foreach (var named in CanonicalNames.In(resource, work.Bases))
            {
                _ = addresses.AddHidden(named.Address);
            }
        }
    }

    // Of a record that leaves in part, what the rest refers to is not to be told.
    private static IReadOnlyList<ResourceName> LinksOf(ShownEntries shown, AnswerWork work, ReadOnlySpan<byte> resource)
    {
        if (work.LastElements is not { } elements)
        {
            return work.Reader.Links!;
        }

        var (seen, hidden) = (new List<ResourceName>(), new List<ResourceName>());
        foreach (var named in RecordNames.WithElements(resource, work.Bases))
        {
            (elements.Contains(named.Element) ? seen : hidden).Add(named.Name);
        }

        shown.IsNarrowed |= hidden.Exists(static name => RecordNames.IsNobodys(name.Type));
        shown.AddHidden(hidden);
        return seen;
    }

    private static void AddAddresses(ShownEntries shown, AnswerWork work, ReadOnlySpan<byte> resource, bool isMatch)
    {
        var type = work.Reader.Facts.Type;
        if (shown.Addresses is not null && (shown.IsAround || shown.LeadsOn(type)))
        {
            shown.Add(type, CanonicalNames.In(resource, work.Bases), work.LastElements, isMatch);
        }
    }
}

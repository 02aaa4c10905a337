using System.Buffers;
using PhiGateway.Fhir.Answers.Writing;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Holds what the filtering of one answer shares (policy, reader, output, disclosure), and judges one resource of it at a time. Used by all
/// answer filters.
/// </summary>
/// <remarks>
/// A resource is prepared (judged, and when it holds others, filtered into a buffer of its own), then written: nothing is written of one
/// that must stay.
/// </remarks>
internal sealed class AnswerWork : IDisposable
{
    /// <summary>How deep Bundles and Parameters may hold each other.</summary>
    private const int MostNesting = 4;

    private ElementNames? _permitted;
    private ContainedView? _contained;
    private ArrayBufferWriter<byte>? _nested;
    private bool _isNested;

    public AnswerWork(
        ReleasePolicy policy,
        Bases bases,
        Disclosure disclosure,
        IBufferWriter<byte> output,
        AnswerOptions options,
        ElementView? view,
        int nesting
    )
    {
        Policy = policy;
        Bases = bases;
        Disclosure = disclosure;
        Output = output;
        Options = options;
        View = view;
        Nesting = nesting;
        Current = options.Current;
        Known = options.Targets?.Known;
        Sealer = options.Links;
        Reader = ResourceReader.Rent();
    }

    /// <summary>The judge of the entry that is being read.</summary>
    public ReleasePolicy Policy { get; private set; }

    public Bases Bases { get; }

    public Disclosure Disclosure { get; private set; }

    public IBufferWriter<byte> Output { get; private set; }

    public AnswerOptions Options { get; }

    public ElementView? View { get; }

    public int Nesting { get; }

    public ResourceReader Reader { get; }

    public ValueSkipper Skipper => Reader.Skipper;

    /// <summary>
    /// Owners, labels and confidentiality of all that was released, for a Bundle that is judged as one record; null otherwise.
    /// </summary>
    public ContainerFacts? Container { get; init; }

    /// <summary>
    /// Which resources may be shown in a version that may not be the current one; null: every resource is taken to be current.
    /// </summary>
    public CurrentVersions? Current { get; private set; }

    /// <summary>What the entries of this answer turned out to be; null where no entry is judged by another.</summary>
    public KnownResources? Known { get; private set; }

    /// <summary>Who names places of the upstream's for the client, in the entry that is being read; null: nobody does.</summary>
    public ILinkSealer? Sealer { get; private set; }

    /// <summary>
    /// The rewrites of the stored Bundle whose entries are judged, as it was read where it stands, and where that is; null: none is.
    /// </summary>
    public (EditList Edits, int Offset)? Around { get; set; }

    /// <summary>What the records are held to that lie around one resource; null: the answer is not one of such.</summary>
    public CompartmentLinks? Links { get; init; }

    /// <summary>Why the last prepared resource must stay, unless it holds others; none: it may leave.</summary>
    public WithholdReason LastReason { get; private set; }

    /// <summary>What may leave of the last prepared resource; null: all of it.</summary>
    public ElementSet? LastElements { get; private set; }

    /// <summary>Whether the resource prepared last leaves in part, whatever it holds.</summary>
    public bool IsCut => _permitted is not null || _contained is not null;

    /// <summary>The last prepared resource may leave byte for byte.</summary>
    public bool IsUnchanged => !_isNested && _permitted is null && _contained is null && View is null && Reader.Edits.Count == 0;

    /// <summary>Turns to an entry of the answer to a transaction, which has a judge of its own; without a judge, nothing of it leaves.</summary>
    public void TurnTo(int entry)
    {
        if (Options.Judges is { } judges)
        {
            Policy = entry < judges.Count ? judges[entry] : ReleasePolicy.Nothing;
            Current = Options.Currents is { } currents && entry < currents.Count ? currents[entry] : null;
            Sealer = Options.Sealers is { } sealers && entry < sealers.Count ? sealers[entry] : null;
        }
    }

    /// <summary>Goes on in another place: what is judged from now on leaves there.</summary>
    public void WriteTo(IBufferWriter<byte> output, Disclosure disclosure) => (Output, Disclosure) = (output, disclosure);

    /// <summary>Begins to keep in mind what the entries turn out to be.</summary>
    public void KnowEntries() => Known ??= new KnownResources();

    /// <summary>Judges the resource that <see cref="Reader"/> has just read into its facts.</summary>
    /// <param name="data">The bytes it was read from.</param>
    /// <param name="start">Its opening brace.</param>
    /// <param name="end">After its closing brace.</param>
    /// <param name="asked">The request it answers; null when it was not asked for by itself.</param>
    /// <param name="disclosure">Receives what is let out.</param>
    /// <param name="known">What a resource that speaks of others is judged by; null: by itself alone.</param>
    /// <param name="concludes">Whose it is may be said by that; false: only why it must stay.</param>
    public ReleaseOutcome Prepare(
        ReadOnlySpan<byte> data,
        int start,
        int end,
        FhirRequest? asked,
        Disclosure disclosure,
        KnownResources? known,
        bool concludes = true
    )
    {
        var facts = Reader.Facts;
        _permitted = null;
        _contained = null;
        LastElements = null;
        LastReason = WithholdReason.Unjudgeable;
        _isNested = facts.Type == ResourceType.Bundle || facts.Type == ResourceType.Parameters;
        if (_isNested)
        {
            return PrepareNested(data, start, end, asked, disclosure);
        }

        // A version is judged by the facts of the current one as well, which are its own alone.
        var hidden =
            known is not null && ScanProgram.For(facts.Type).SpeaksOfOthers
                ? known.Attribute(Reader, concludes && Current is null)
                : WithholdReason.None;
        if (hidden == WithholdReason.None && facts.Type == ResourceType.Binary && Container is null)
        {
            hidden = FileReferrers.Attribute(Options.Referrers, Reader, Policy);
        }

        Options.Hops?.Give(data[start..end], facts, Bases);
        var verdict = hidden == WithholdReason.None ? Policy.Judge(facts) : ReleaseVerdict.Withheld(hidden);
        if (verdict is not { Reason: WithholdReason.None, Elements: { } elements })
        {
            if (verdict.Reason == WithholdReason.UndeterminedPatient && Container?.TryTakePart(facts) == true)
            {
                LastReason = WithholdReason.None;
                _contained = ContainedView.Of(Policy, Reader, null);
                return ReleaseOutcome.Released;
            }

            LastReason = verdict.Reason == WithholdReason.None ? WithholdReason.NotCovered : verdict.Reason;
            disclosure.Withhold(LastReason, facts);
            return ReleaseOutcome.Withheld;
        }

        if (Current?.Admits(facts, elements) == false)
        {
            LastReason = WithholdReason.CurrentVersion;
            disclosure.Withhold(LastReason, facts);
            return ReleaseOutcome.Withheld;
        }

        if (Links?.Betray(facts, elements) == true)
        {
            LastReason = WithholdReason.HiddenReference;
            disclosure.Withhold(LastReason, facts);
            return ReleaseOutcome.Withheld;
        }

        LastReason = WithholdReason.None;
        LastElements = elements.IsAll ? null : elements;
        _permitted = ElementNames.Of(elements);
        _contained = ContainedView.Of(Policy, Reader, _permitted);
        disclosure.Release(facts, verdict);
        Container?.Take(facts);
        Options.Gathers?.Note(this, data[start..end]);
        return ReleaseOutcome.Released;
    }

    /// <summary>Writes the prepared resource.</summary>
    /// <param name="data">The bytes it was read from.</param>
    /// <param name="start">Its opening brace.</param>
    /// <param name="end">After its closing brace.</param>
    /// <param name="viewed">The client's own view applies: not to what it had included.</param>
    public void Write(ReadOnlySpan<byte> data, int start, int end, bool viewed) => Write(data, start, end, viewed, Output);

    /// <summary>Writes the prepared resource to another place than the answer itself.</summary>
    public void Write(ReadOnlySpan<byte> data, int start, int end, bool viewed, IBufferWriter<byte> output)
    {
        if (_isNested)
        {
            output.Write(_nested!.WrittenSpan);
            return;
        }

        var isCut = ResourceWriter.Write(
            data,
            start,
            end,
            Reader,
            _permitted,
            _contained,
            viewed && View?.Turn(Reader.Facts.Type) == true ? View : null,
            output
        );

        // Whether there was anything to cut is not told by how the rest is answered.
        Disclosure.Redacted |= isCut || _permitted is not null || _contained is not null;
    }

    /// <summary>Writes a stretch of the stored Bundle that is no resource of it, with the gateway's addresses.</summary>
    /// <param name="data">The Bundle.</param>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    public void CopyAround(ReadOnlySpan<byte> data, int from, int to)
    {
        var (edits, offset) = Around ?? throw new InvalidOperationException("Only a stored Bundle leaves as it is.");
        edits.Copy(data, offset + from, offset + to, offset, Output);
    }

    /// <summary>Work on what a resource of this answer holds; its own reader, disclosure and buffer.</summary>
    /// <param name="disclosure">Receives what is let out.</param>
    /// <param name="output">Receives what may leave.</param>
    /// <param name="container">Sums up what is judged as one record; null: each by itself.</param>
    /// <param name="current">Which resources may be shown in a version that may not be the current one; null: all are taken to be.</param>
    /// <param name="asked">The request that what it holds answers; null: none of its own.</param>
    public AnswerWork Nest(
        Disclosure disclosure,
        IBufferWriter<byte> output,
        ContainerFacts? container,
        CurrentVersions? current,
        FhirRequest? asked = null
    ) =>
        new(
            container is null ? Policy : Policy.OfHeld,
            Bases,
            disclosure,
            output,
            Options with
            {
                Links = Sealer,
                Sealers = null,
                Narrowed = [],
                Includes = null,
                Judges = null,
                Current = current,
                Currents = null,
                HoldsToPage = asked is { Interaction: Interaction.Operation },
                Targets = container is null ? Options.Targets : null,
                Referrers = container is null ? Options.Referrers : null,
                Hops = container is null ? Options.Hops : null,
            },
            null,
            Nesting + 1
        )
        {
            Container = container,
            Links = CompartmentLinks.Of(asked),
        };

    public void Dispose() => ResourceReader.Return(Reader);

    private ReleaseOutcome PrepareNested(ReadOnlySpan<byte> data, int start, int end, FhirRequest? asked, Disclosure disclosure)
    {
        if (Nesting >= MostNesting)
        {
            return ReleaseOutcome.Broken;
        }

        _nested ??= new ArrayBufferWriter<byte>(4096);
        _nested.ResetWrittenCount();
        return Reader.Facts.Type == ResourceType.Parameters
            ? ParametersFilter.Filter(this, data[start..end], start, disclosure, _nested)
            : NestedBundle.Filter(this, data[start..end], start, asked, disclosure, _nested);
    }
}

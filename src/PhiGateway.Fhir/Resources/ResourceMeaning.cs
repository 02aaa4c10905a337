using System.Numerics;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// What the values and objects of one resource mean: facts for the judgement, and what must be rewritten. Fed by <see cref="ResourceReader"/>,
/// which knows where they stand.
/// </summary>
/// <remarks>Reusable, not thread-safe.</remarks>
/// <param name="names">Of the objects that are open.</param>
internal sealed class ResourceMeaning(NameStack names)
{
    private readonly TextCache _texts = new();
    private readonly List<SecurityLabel> _inline = [];
    private readonly byte[] _scratch = new byte[4096];
    private Bases _bases = null!;
    private ResourceFacts _facts = null!;
    private uint _needed;
    private uint _seen;
    private bool _hasUnknownParameter;
    private bool _labelled;
    private bool _subsetted;

    /// <summary>The last resource's rewrites.</summary>
    public EditList Edits { get; } = new();

    /// <summary>What the last resource says about its owners.</summary>
    public OwnerLedger Owners { get; } = new();

    /// <summary>Types of what the last resource contains, in order.</summary>
    public List<ResourceType> Contained { get; } = [];

    /// <summary>Receives the name of everything here that the next resources refer to; null: nobody asks. Emptied by who set it.</summary>
    public List<ResourceName>? Links { get; set; }

    /// <summary>Begins a resource.</summary>
    /// <param name="program">What to look for in it.</param>
    /// <param name="parameters">Token parameters that matter.</param>
    /// <param name="bases">The route's addresses.</param>
    /// <param name="facts">Reset by the caller; filled.</param>
    public void Begin(ScanProgram program, IReadOnlyList<string> parameters, Bases bases, ResourceFacts facts)
    {
        _bases = bases;
        _facts = facts;
        facts.Type = program.Type;
        facts.Confidentiality = Confidentiality.Unrestricted;
        Owners.Reset();
        Contained.Clear();
        Edits.Reset();
        _inline.Clear();
        _seen = 0;
        _labelled = false;
        _subsetted = false;
        _hasUnknownParameter = !program.TryMask(parameters, out _needed);
    }

    /// <summary>A resource is contained in it.</summary>
    public void Contain(ScanProgram program)
    {
        Contained.Add(program.Type);
        _facts.Contain(program.Type);
        if (program.Rule is OwnerRule.Self or OwnerRule.Indirect && !IsSignature(program))
        {
            // A person described in place, or a parcel of anything: whose record that is, nobody can say.
            Owners.Described(contained: true);
        }
    }

    /// <summary>Where codings of extensions stand that were met by now.</summary>
    public int InlineCount => _inline.Count;

    /// <summary>Takes in a string; false: it stands where none may.</summary>
    public bool TakeText(ref ScanFrame frame, TextSpan text, ReadOnlySpan<byte> data)
    {
        var node = frame.Pending;
        if (node.IsContainer || (frame.InArray && node.Strict))
        {
            return false;
        }

        if (node.Slot >= 0)
        {
            frame.Capture(node.Slot, text);
        }

        if (node.Tokens != 0 && !frame.Contained && (node.Tokens & _needed) != 0)
        {
            AddTokens(
                node.Tokens & _needed,
                frame.Program,
                null,
                node.Role == ScanRole.Id ? JsonText.ToString(text.In(data), text.Escaped) : _texts.Get(PlainOf(text, data))
            );
        }

        return node.Role == ScanRole.None || TakeRole(node.Role, ref frame, text, data);
    }

    private bool TakeRole(ScanRole role, ref ScanFrame frame, TextSpan text, ReadOnlySpan<byte> data)
    {
        switch (role)
        {
            case ScanRole.ReferenceText:
                return text.Length < 4 || TakeReferenceText(text, data);
            case ScanRole.Id:
                if (!frame.Contained)
                {
                    _facts.Id = ReferenceReader.IsId(PlainOf(text, data)) ? JsonText.ToString(text.In(data), text.Escaped) : null;
                }

                return true;
            case ScanRole.VersionId:
                if (!frame.Contained && ReferenceReader.IsId(PlainOf(text, data)))
                {
                    _facts.VersionId = text.Length <= 4 ? _texts.Get(PlainOf(text, data)) : JsonText.ToString(text.In(data), text.Escaped);
                }

                return true;
            case ScanRole.ConfidentialityCode:
                _facts.Raise(LabelReader.Rank(_texts.Get(PlainOf(text, data)), _facts));
                _labelled |= !frame.Contained;
                return true;
            case ScanRole.Owner:
                Owners.Unresolved(frame.Contained);
                return true;
            case ScanRole.Secondary:
                return true;
            case ScanRole.Narrative:
                _bases.FindIn(text.In(data), text.Start, Edits);
                return true;
            default:
                // A string where a label, an extension or a resource belongs.
                return false;
        }
    }

    /// <summary>Takes in a number, a truth value or null; false: it stands where none may.</summary>
    public bool TakeLiteral(ref ScanFrame frame, JsonTokenType token)
    {
        var node = frame.Pending;
        if (node.IsContainer)
        {
            return token == JsonTokenType.Null;
        }

        if (node.Strict || (node.Role & (ScanRole.Label | ScanRole.RaisingLabel | ScanRole.Tag | ScanRole.InlineCoding)) != 0)
        {
            return false;
        }

        if ((node.Role & ScanRole.Owner) != 0)
        {
            Owners.Unresolved(frame.Contained);
        }

        if (token is JsonTokenType.True or JsonTokenType.False && !frame.Contained && (node.Tokens & _needed) != 0)
        {
            AddTokens(node.Tokens & _needed, frame.Program, null, token == JsonTokenType.True ? "true" : "false");
        }

        return true;
    }

    /// <summary>An object ends, so that all it holds is known.</summary>
    /// <param name="frame">The object.</param>
    /// <param name="around">What the object around it means.</param>
    /// <param name="data">The bytes being read.</param>
    public void Close(ref ScanFrame frame, ScanRole around, ReadOnlySpan<byte> data)
    {
        var role = frame.Node.Role;
        if ((role & (ScanRole.Owner | ScanRole.Secondary)) != 0)
        {
            CloseReference(ref frame, role, data);
        }

        if ((role & (ScanRole.Label | ScanRole.RaisingLabel)) != 0)
        {
            var isConfidentiality = LabelReader.Take(Cached(frame.First, data), Cached(frame.Second, data), _facts);
            _labelled |= isConfidentiality && (role & ScanRole.Label) != 0 && !frame.Contained;
        }

        if ((role & ScanRole.Tag) != 0 && !frame.Contained)
        {
            _subsetted |= PlainOf(frame.Second, data).SequenceEqual("SUBSETTED"u8);
        }

        if ((role & ScanRole.InlineCoding) != 0)
        {
            _inline.Add(new SecurityLabel(Cached(frame.First, data) ?? string.Empty, Cached(frame.Second, data) ?? string.Empty));
        }

        if ((role & ScanRole.Extension) != 0)
        {
            CloseExtension(around, ref frame, data);
        }

        var wanted = frame.Node.Tokens & _needed;
        if (wanted != 0 && !frame.Contained)
        {
            CloseTokens(wanted, ref frame, data);
        }
    }

    private void CloseReference(ref ScanFrame frame, ScanRole role, ReadOnlySpan<byte> data)
    {
        var type = default(ResourceType);
        var id = default(ReadOnlySpan<byte>);
        var text = PlainOf(frame.First, data);
        var literal = !frame.First.IsNone && ReferenceReader.TryRead(text, _bases, out type, out id);
        var says = frame.Second.IsNone ? default : PlainType(frame.Second, data);
        if (literal && !frame.Second.IsNone && !says.SequenceEqual(type.Utf8Name))
        {
            literal = false;
        }

        if ((role & ScanRole.Owner) != 0 && frame.Contained && literal && type != ResourceType.Patient && IsSignature(frame.Program))
        {
            // Of what stands around it; that the reference is not to a patient says nothing more.
        }
        else if ((role & ScanRole.Owner) != 0)
        {
            var form = literal ? ReferenceForm.Literal : ReferenceReader.FormOf(frame.First, text, _bases);
            var speaks =
                !literal
                && (
                    ReferenceReader.SpeaksOfPatient(text, says) || (form == ReferenceForm.Elsewhere && MayBePatient(ref frame, says, data))
                );
            Owners.Owner(form, type, id, frame.Program, frame.Contained, speaks);
        }
        else if (!frame.Contained)
        {
            Owners.Other(literal, type, id, ReferenceReader.SpeaksOfPatient(text, says));
        }
    }

    // A number without a word on whose it is could be a patient's; agents and objects of an audit event are mostly named so.
    private bool MayBePatient(ref ScanFrame frame, ReadOnlySpan<byte> says, ReadOnlySpan<byte> data) =>
        says.IsEmpty && frame.Program.Type.Name != "AuditEvent" && names.Holds(frame.NamesStart, "identifier"u8, data);

    // A Provenance that is contained in what it signs (FHIR R4 6.3.4) belongs to that, whatever it points at besides.
    private static bool IsSignature(ScanProgram program) => program.Type.Name == "Provenance";

    // PlainOf has one scratch space, which the reference may occupy; a type that needs escapes is no type.
    private static ReadOnlySpan<byte> PlainType(TextSpan text, ReadOnlySpan<byte> data) => text.Escaped ? "?"u8 : text.In(data);

    private void CloseExtension(ScanRole around, ref ScanFrame frame, ReadOnlySpan<byte> data)
    {
        if (PlainOf(frame.First, data).EndsWith("inline-sec-label"u8))
        {
            if (_inline.Count == frame.InlineStart)
            {
                // A label is there, but not one that can be read.
                _facts.Raise(Confidentiality.VeryRestricted);
            }

            for (var i = frame.InlineStart; i < _inline.Count; i++)
            {
                LabelReader.Take(_inline[i].System, _inline[i].Code, _facts);
            }
        }
        else if ((around & ScanRole.Extension) != 0)
        {
            // The outer extension may be the label whose parts these are.
            return;
        }

        _inline.RemoveRange(frame.InlineStart, _inline.Count - frame.InlineStart);
    }

    private void CloseTokens(uint wanted, ref ScanFrame frame, ReadOnlySpan<byte> data)
    {
        var code = frame.Second.IsNone ? null : Cached(frame.Second, data);
        if (code is null && !frame.Third.IsNone)
        {
            code = JsonText.ToString(frame.Third.In(data), frame.Third.Escaped);
        }

        var system = Cached(frame.First, data);
        if (code is not null || system is not null)
        {
            AddTokens(wanted, frame.Program, system, code);
        }
    }

    private void AddTokens(uint wanted, ScanProgram program, string? system, string? code)
    {
        _seen |= wanted;
        while (wanted != 0)
        {
            _facts.AddToken(new TokenFact(program.Parameter(BitOperations.TrailingZeroCount(wanted)), system, code));
            wanted &= wanted - 1;
        }
    }

    /// <summary>Takes in a string: for the upstream's addresses in it the client is given the gateway's, whatever element it is.</summary>
    /// <param name="role">What the element means; a reference was rewritten already, and a narrative is looked through by itself.</param>
    /// <param name="text">Where it stands.</param>
    /// <param name="data">The bytes being read.</param>
    public void TakeAddresses(ScanRole role, TextSpan text, ReadOnlySpan<byte> data)
    {
        if ((role & (ScanRole.ReferenceText | ScanRole.Narrative)) != 0)
        {
            return;
        }

        var raw = text.In(data);
        var scheme = raw.IndexOf("://"u8);
        if (text.Escaped || scheme >= 0)
        {
            _bases.Replace(raw, text, scheme, Bases.MayBegin(raw) ? PlainOf(text, data) : default, Edits);
        }
    }

    private bool TakeReferenceText(TextSpan text, ReadOnlySpan<byte> data)
    {
        var plain = PlainOf(text, data);
        if (Links is not null && ReferenceReader.TryRead(plain, _bases, out var type, out var id))
        {
            Links.Add(new ResourceName(type, System.Text.Encoding.ASCII.GetString(id)));
        }

        var length = _bases.Match(plain, out var isGateway);
        if (length == 0 && _bases.TryFindUpstream(plain, out var loose))
        {
            // Scheme or host in another letter case: whose it is was not read from it, and it leaves under our address all the same.
            var rest = plain[loose..];
            Edits.Add(text.Start, text.Length, _bases.Bare, Bases.IsPlain(rest) ? rest : Bases.Escape(rest));
            return true;
        }

        if (length == 0 || (isGateway && !text.Escaped))
        {
            return true;
        }

        if (!text.Escaped)
        {
            Edits.Add(text.Start, length, _bases.Gateway, default);
            return true;
        }

        if (!Bases.IsPlain(plain[length..]))
        {
            return false;
        }

        Edits.Add(text.Start, text.Length, _bases.Gateway, plain[length..]);
        return true;
    }

    private string? Cached(TextSpan text, ReadOnlySpan<byte> data) => text.IsNone ? null : _texts.Get(PlainOf(text, data));

    private ReadOnlySpan<byte> PlainOf(TextSpan text, ReadOnlySpan<byte> data)
    {
        if (!text.Escaped)
        {
            return text.IsNone ? default : text.In(data);
        }

        return JsonText.Plain(text.In(data), true, text.Length <= _scratch.Length ? _scratch : new byte[text.Length]);
    }

    /// <summary>The resource ends.</summary>
    public void Conclude(ScanProgram program)
    {
        Owners.Conclude(program.Rule, _facts);
        _facts.NeedNameNoPatient = program.NeedsNoOwner && _facts.NamesNoPatient && !Owners.IsDescribed;
        if (!_labelled)
        {
            _facts.Raise(Confidentiality.Normal);
        }

        // SUBSETTED by itself is no reason to withhold: only when what is missing could have changed the judgement.
        _facts.Unjudgeable |=
            _subsetted
            && (
                (!Owners.Named && (_facts.Owner == OwnerState.Undetermined || program.Rule == OwnerRule.SubjectOrOthers))
                || _hasUnknownParameter
                || (_needed & ~_seen) != 0
            );
    }
}

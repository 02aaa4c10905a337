using System.Numerics;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <content>What an object meant, known when it ends.</content>
internal sealed partial class ResourceReader
{
    private void Close(int depth, ref ScanFrame frame, ReadOnlySpan<byte> data)
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
            CloseExtension(depth, ref frame, data);
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
            _owners.Owner(literal, type, id, frame.Program, frame.Contained);
        }
        else if (!frame.Contained)
        {
            _owners.Other(
                literal,
                type,
                id,
                says.SequenceEqual("Patient"u8) || text.IndexOf("Patient/"u8) >= 0 || text.StartsWith("Patient?"u8)
            );
        }
    }

    // A Provenance that is contained in what it signs (FHIR R4 6.3.4) belongs to that, whatever it points at besides.
    private static bool IsSignature(ScanProgram program) => program.Type.Name == "Provenance";

    // PlainOf has one scratch space, which the reference may occupy; a type that needs escapes is no type.
    private static ReadOnlySpan<byte> PlainType(TextSpan text, ReadOnlySpan<byte> data) => text.Escaped ? "?"u8 : text.In(data);

    private void CloseExtension(int depth, ref ScanFrame frame, ReadOnlySpan<byte> data)
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
        else if (depth > 0 && (_frames[depth - 1].Node.Role & ScanRole.Extension) != 0)
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

    private bool TakeReferenceText(TextSpan text, ReadOnlySpan<byte> data)
    {
        var plain = PlainOf(text, data);
        if (Links is not null && ReferenceReader.TryRead(plain, _bases, out var type, out var id))
        {
            Links.Add(new ResourceName(type, System.Text.Encoding.ASCII.GetString(id)));
        }

        var length = _bases.Match(plain, out var isGateway);
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

    private ReadOnlySpan<byte> PlainOf(TextSpan text, ReadOnlySpan<byte> data) =>
        !text.Escaped
            ? (text.IsNone ? default : text.In(data))
            : JsonText.Plain(text.In(data), true, text.Length <= _scratch.Length ? _scratch : new byte[text.Length]);
}

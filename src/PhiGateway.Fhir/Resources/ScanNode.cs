using System.Text;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>One element on a path that judgement cares about: a node of a type's path tree. Built once per type, then only read.</summary>
internal sealed class ScanNode
{
    private ulong _mask;
    private ulong[] _keys = [];
    private byte[][] _names = [];
    private ScanNode[] _children = [];
    private readonly int _slot = -1;
    private bool _hasChildren;
    private bool _holdsLabels;
    private ScanRole _role;
    private uint _tokens;

    public ScanRole Role
    {
        get => _role;
        set
        {
            _role = value;
            Settle();
        }
    }

    /// <summary>Which of the object's captured strings this element is; -1: none.</summary>
    public int Slot
    {
        get => _slot;
        init
        {
            _slot = value;
            Settle();
        }
    }

    /// <summary>A captured element that must be one plain string, or the whole resource is refused.</summary>
    public bool Strict { get; set; }

    /// <summary>Token parameters whose values stand here, as bits of the type's list.</summary>
    public uint Tokens
    {
        get => _tokens;
        set
        {
            _tokens = value;
            Settle();
        }
    }

    /// <summary>Stands for a member whose name is one that judgement reads, but for the letter case: another reader would take it for that one.</summary>
    public static ScanNode OtherCase { get; } = new();

    /// <summary>Any kind of value may stand here.</summary>
    public bool IsOpen { get; init; }

    /// <summary>One object stands here, never an array of them.</summary>
    public bool IsSingle { get; set; }

    /// <summary>Labels stand below it: it is a container, whatever else it means.</summary>
    public bool HoldsLabels
    {
        get => _holdsLabels;
        set
        {
            _holdsLabels = value;
            Settle();
        }
    }

    /// <summary>It means nothing by itself but holds what does: a value of another kind is no absence, it is unreadable.</summary>
    public bool IsContainer { get; private set; }

    /// <summary>Whether a string, number or literal here needs a look at all; kept, because it is asked for every value.</summary>
    public bool WantsValues { get; private set; }

    /// <summary>Whether an object here means something when it ends.</summary>
    public bool WantsClosing { get; private set; }

    /// <summary>The child of that name, or null; <see cref="OtherCase"/> when only the letter case differs.</summary>
    public ScanNode? Find(ulong key, ReadOnlySpan<byte> name)
    {
        if ((_mask >> (int)(key & 63) & 1) == 0)
        {
            return null;
        }

        var place = _keys.AsSpan().IndexOf(key);
        if (place < 0)
        {
            return null;
        }

        if (name.SequenceEqual(_names[place]))
        {
            return _children[place];
        }

        return Ascii.EqualsIgnoreCase(name, _names[place]) ? OtherCase : null;
    }

    /// <summary>Adds a child; two children whose keys collide are a fault of the tables.</summary>
    public ScanNode Add(string name, ScanNode child)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var key = NameKey.Of(bytes);
        if (Array.IndexOf(_keys, key) >= 0)
        {
            throw new InvalidOperationException("Two elements share a name key: " + name);
        }

        _mask |= 1UL << (int)(key & 63);
        _keys = [.. _keys, key];
        _names = [.. _names, bytes];
        _children = [.. _children, child];
        _hasChildren = true;
        Settle();
        return child;
    }

    /// <summary>The child of that name, added when it is new.</summary>
    public ScanNode Child(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return Find(NameKey.Of(bytes), bytes) ?? Add(name, new ScanNode());
    }

    private void Settle()
    {
        WantsClosing = _role != ScanRole.None || _tokens != 0;
        IsContainer = _holdsLabels || (_hasChildren && !IsOpen && !WantsClosing && _slot < 0);
        WantsValues = WantsClosing || _slot >= 0 || IsContainer;
    }
}

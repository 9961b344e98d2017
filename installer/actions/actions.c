/* What the package does besides its tables: CheckSpace and CloseProgram before anything is changed, RemoveData when an
 * administrator said REMOVEDATA=1.
 */
#define UNICODE
#define _UNICODE
#include <windows.h>
#include <msi.h>
#include <msiquery.h>
#include <shlobj.h>
#include <stdio.h>
#include <tlhelp32.h>
#include <userenv.h>

#define PATIENCE 20000
#define STEP 200
#define MOST 256
#define LONGEST 1024
#define DATA L"Rathaus Desk"

static const wchar_t *const NAMES[] = {L"Rathaus Desk.exe", L"rathaus-desk.exe"};
static const wchar_t STILL_OPEN[] =
    L"Rathaus Desk ist auf diesem Rechner noch ge\u00f6ffnet. Bitte schlie\u00dfen Sie es bei allen angemeldeten Benutzern "
    L"und starten Sie die Installation dann noch einmal. Es wurde nichts ge\u00e4ndert.";

static const wchar_t NO_SPACE[] =
    L"F\u00fcr Rathaus Desk ist auf diesem Laufwerk zu wenig Platz: gebraucht werden %u MB, frei sind %u MB (%ls). Bitte "
    L"schaffen Sie Platz oder nennen Sie mit INSTALLDIR einen anderen Ordner. Es wurde nichts ge\u00e4ndert.";

static UINT refuse(MSIHANDLE install, const wchar_t *sentence)
{
    MSIHANDLE record = MsiCreateRecord(1);
    MsiRecordSetStringW(record, 0, L"[1]");
    MsiRecordSetStringW(record, 1, sentence);
    MsiProcessMessage(install, INSTALLMESSAGE_ERROR | MB_OK | MB_ICONWARNING, record);
    MsiCloseHandle(record);
    return ERROR_INSTALL_FAILURE;
}

/* Whether the program's drive has room for all of it, in an upgrade too: the old files stay until the new ones are
 * there. Windows would refuse by itself, but not every system for software roll-out hands on what it says.
 */
__declspec(dllexport) UINT WINAPI CheckSpace(MSIHANDLE install)
{
    wchar_t number[32], folder[LONGEST], sentence[LONGEST + 300];
    DWORD digits = 32, size = LONGEST;
    ULARGE_INTEGER free;
    if (MsiGetPropertyW(install, L"REQUIREDMEGABYTES", number, &digits) != ERROR_SUCCESS ||
        MsiGetTargetPathW(install, L"INSTALLDIR", folder, &size) != ERROR_SUCCESS)
        return ERROR_SUCCESS;
    while (!GetDiskFreeSpaceExW(folder, &free, NULL, NULL)) { /* the nearest folder above that is there */
        wchar_t *last = wcsrchr(folder, L'\\');
        if (last && !last[1]) {
            *last = 0;
            last = wcsrchr(folder, L'\\');
        }
        if (!last)
            return ERROR_SUCCESS;
        last[1] = 0;
    }
    unsigned wanted = wcstoul(number, NULL, 10), there = (unsigned)(free.QuadPart / 1000000);
    if (there >= wanted)
        return ERROR_SUCCESS;
    _snwprintf(sentence, LONGEST + 299, NO_SPACE, wanted, there, folder);
    sentence[LONGEST + 299] = 0;
    return refuse(install, sentence);
}

static int running(DWORD *ids)
{
    int count = 0;
    PROCESSENTRY32W entry = {.dwSize = sizeof entry};
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
    if (snapshot == INVALID_HANDLE_VALUE)
        return 0;
    for (BOOL more = Process32FirstW(snapshot, &entry); more && count < MOST; more = Process32NextW(snapshot, &entry))
        for (unsigned at = 0; at < sizeof NAMES / sizeof *NAMES; at++)
            if (!lstrcmpiW(entry.szExeFile, NAMES[at])) {
                ids[count++] = entry.th32ProcessID;
                break;
            }
    CloseHandle(snapshot);
    return count;
}

struct asked {
    DWORD ids[MOST];
    int count;
};

static BOOL CALLBACK ask(HWND window, LPARAM given)
{
    struct asked *asked = (struct asked *)given;
    DWORD owner = 0, answer = 0;
    GetWindowThreadProcessId(window, &owner);
    for (int at = 0; at < asked->count; at++) {
        if (asked->ids[at] != owner)
            continue;
        DWORD_PTR result = 0;
        answer = SendMessageTimeoutW(
            window, WM_QUERYENDSESSION, 0, ENDSESSION_CLOSEAPP, SMTO_ABORTIFHUNG, 5000, &result);
        if (answer && result)
            SendMessageTimeoutW(window, WM_ENDSESSION, TRUE, ENDSESSION_CLOSEAPP, SMTO_ABORTIFHUNG, 5000, &result);
        break;
    }
    return TRUE;
}

/* Asks running windows of Rathaus Desk to end, and refuses while anything of it goes on.
 *
 * Windows' own Restart Manager came first, where there is one; it also reaches other sessions. What is asked here is
 * what the end of a session asks: the program keeps what somebody is typing as a draft.
 */
__declspec(dllexport) UINT WINAPI CloseProgram(MSIHANDLE install)
{
    struct asked asked;
    asked.count = running(asked.ids);
    if (!asked.count)
        return ERROR_SUCCESS;
    EnumWindows(ask, (LPARAM)&asked);
    for (int waited = 0; waited < PATIENCE; waited += STEP) {
        if (!running(asked.ids))
            return ERROR_SUCCESS;
        Sleep(STEP);
    }
    return refuse(install, STILL_OPEN);
}

static BOOL is_plain_folder(const wchar_t *path)
{
    DWORD found = GetFileAttributesW(path);
    return found != INVALID_FILE_ATTRIBUTES && (found & FILE_ATTRIBUTE_DIRECTORY) &&
           !(found & FILE_ATTRIBUTE_REPARSE_POINT);
}

/* Removes a folder and all in it; a link in it is removed, never followed: what lies behind is nobody's to delete. */
static void remove_folder(const wchar_t *path)
{
    wchar_t inner[LONGEST];
    WIN32_FIND_DATAW found;
    if (_snwprintf(inner, LONGEST - 1, L"%ls\\*", path) < 0)
        return;
    inner[LONGEST - 1] = 0;
    HANDLE search = FindFirstFileW(inner, &found);
    if (search != INVALID_HANDLE_VALUE) {
        do {
            if (!lstrcmpW(found.cFileName, L".") || !lstrcmpW(found.cFileName, L".."))
                continue;
            if (_snwprintf(inner, LONGEST - 1, L"%ls\\%ls", path, found.cFileName) < 0)
                continue;
            if (!(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
                SetFileAttributesW(inner, FILE_ATTRIBUTE_NORMAL);
                DeleteFileW(inner);
            } else if (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
                RemoveDirectoryW(inner);
            else
                remove_folder(inner);
        } while (FindNextFileW(search, &found));
        FindClose(search);
    }
    RemoveDirectoryW(path);
}

/* The data of all users of the machine, and each user's own. */
__declspec(dllexport) UINT WINAPI RemoveData(MSIHANDLE install)
{
    static const wchar_t *const STEPS[] = {L"AppData", L"Local", DATA};
    wchar_t place[LONGEST], pattern[LONGEST];
    DWORD size = LONGEST;
    WIN32_FIND_DATAW found;
    (void)install;
    if (SHGetFolderPathW(NULL, CSIDL_COMMON_APPDATA, NULL, SHGFP_TYPE_CURRENT, place) == S_OK) {
        lstrcatW(place, L"\\" DATA);
        if (is_plain_folder(place))
            remove_folder(place);
    }
    wchar_t profiles[LONGEST];
    if (!GetProfilesDirectoryW(profiles, &size) || _snwprintf(pattern, LONGEST - 1, L"%ls\\*", profiles) < 0)
        return ERROR_SUCCESS;
    HANDLE search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return ERROR_SUCCESS;
    do {
        if (!lstrcmpW(found.cFileName, L".") || !lstrcmpW(found.cFileName, L".."))
            continue;
        BOOL there = _snwprintf(place, LONGEST - 64, L"%ls\\%ls", profiles, found.cFileName) > 0;
        for (unsigned at = 0; there && at < sizeof STEPS / sizeof *STEPS; at++) {
            lstrcatW(place, L"\\");
            lstrcatW(place, STEPS[at]);
            there = is_plain_folder(place);
        }
        if (there)
            remove_folder(place);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    return ERROR_SUCCESS;
}

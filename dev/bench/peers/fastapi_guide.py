"""The peer in Python, as guides to FastAPI write it: SQLAlchemy's Session, python-jose, pydantic, one dependency for the
user. Runs on the packages of Debian 12, or on those of PyPI."""

import os
from datetime import datetime
from typing import List, Optional
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, FastAPI, HTTPException, status
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from pydantic import BaseModel, Field
from sqlalchemy import Boolean, Column, DateTime, Text, create_engine
from sqlalchemy.dialects.postgresql import UUID as Uuid
from sqlalchemy.orm import Session, declarative_base, sessionmaker
from sqlalchemy.sql import func

engine = create_engine(os.environ["DATABASE_URL"].replace("postgres://", "postgresql://"), pool_size=20)
SessionLocal = sessionmaker(autocommit=False, autoflush=False, bind=engine)
Base = declarative_base()


class UserRow(Base):
    __tablename__ = "users"
    id = Column(Uuid(as_uuid=True), primary_key=True)
    email = Column(Text)
    username = Column(Text)
    full_name = Column(Text)
    role = Column(Text)
    is_active = Column(Boolean)
    created_at = Column(DateTime(timezone=True))
    updated_at = Column(DateTime(timezone=True))


class ItemRow(Base):
    __tablename__ = "items"
    id = Column(Uuid(as_uuid=True), primary_key=True)
    owner_id = Column(Uuid(as_uuid=True))
    title = Column(Text)
    description = Column(Text)
    is_public = Column(Boolean)
    created_at = Column(DateTime(timezone=True), server_default=func.now())
    updated_at = Column(DateTime(timezone=True), server_default=func.now())
    deleted_at = Column(DateTime(timezone=True))


class OfRow(BaseModel):
    class Config:
        orm_mode = True
        from_attributes = True


class User(OfRow):
    id: UUID
    email: str
    username: str
    full_name: Optional[str] = None
    role: str
    is_active: bool
    created_at: datetime
    updated_at: datetime


class ItemCreate(BaseModel):
    title: str = Field(..., min_length=1, max_length=200)
    description: Optional[str] = Field(None, max_length=10_000)
    is_public: bool = False


class Item(OfRow):
    id: UUID
    owner_id: UUID
    title: str
    description: Optional[str] = None
    is_public: bool
    created_at: datetime
    updated_at: datetime


class Items(BaseModel):
    items: List[Item]


def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()


oauth2_scheme = OAuth2PasswordBearer(tokenUrl="auth/login")


async def get_current_user(token: str = Depends(oauth2_scheme), db: Session = Depends(get_db)) -> UserRow:
    refused = HTTPException(status.HTTP_401_UNAUTHORIZED, "Could not validate credentials")
    try:
        payload = jwt.decode(token, os.environ["SECRET_KEY"], algorithms=["HS256"])
    except JWTError:
        raise refused
    user = db.query(UserRow).filter(UserRow.id == payload.get("sub")).first()
    if user is None:
        raise refused
    return user


async def get_current_active_user(current_user: UserRow = Depends(get_current_user)) -> UserRow:
    if not current_user.is_active:
        raise HTTPException(status_code=400, detail="Inactive user")
    return current_user


router = APIRouter()


@router.get("/health")
async def health():
    return {"status": "ok"}


@router.get("/users/me", response_model=User)
async def read_users_me(current_user: UserRow = Depends(get_current_active_user)):
    return current_user


@router.get("/items", response_model=Items)
async def read_items(current_user: UserRow = Depends(get_current_active_user), db: Session = Depends(get_db)):
    owned = db.query(ItemRow).filter(ItemRow.owner_id == current_user.id, ItemRow.deleted_at.is_(None))
    return {"items": owned.order_by(ItemRow.created_at.desc(), ItemRow.id.desc()).limit(20).all()}


@router.post("/items", response_model=Item, status_code=status.HTTP_201_CREATED)
async def create_item(
    item_in: ItemCreate, current_user: UserRow = Depends(get_current_active_user), db: Session = Depends(get_db)
):
    item = ItemRow(id=uuid4(), owner_id=current_user.id, **item_in.dict())
    db.add(item)
    db.commit()
    db.refresh(item)
    return item


app = FastAPI(title="Peer")
app.add_middleware(
    CORSMiddleware,
    allow_origins=["http://localhost:3000"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
app.include_router(router)
